import { createHash, randomBytes } from 'node:crypto';
import type { ChangeFeed } from '../../change-feed.js';
import { closestName } from '../../closest-name.js';
import type { CallOptions, Workflows } from '../../data-management.js';
import {
  DmInvalidArgumentError,
  DmInvalidObjectStateError,
  DmObjectAlreadyExistsError,
  DmObjectNotFoundError,
} from '../../errors.js';
import { errorText } from '../../error-text.js';
import type { DmLogger } from '../../logger.js';
import type { Workflow } from '../../schemas/workflow.js';
import { call } from '../call.js';
import type { WorkflowRepository } from '../store/workflow-repository.js';
import { checkWorkflow } from './check-workflow.js';
import type { WorkflowFolder } from './workflow-folder.js';
import { workflowWarnings } from './workflow-warnings.js';

export interface LocalWorkflowsContext {
  readonly repository: WorkflowRepository;
  readonly folder: WorkflowFolder | undefined;
  readonly changes: ChangeFeed;
  readonly log: DmLogger;
}

/** Workflows from the folder's files, which the files alone can change, and those added at run time. */
export class LocalWorkflows implements Workflows {
  readonly #context: LocalWorkflowsContext;

  constructor(context: LocalWorkflowsContext) {
    this.#context = context;
  }

  list(owner: string, options?: CallOptions): Promise<Workflow[]> {
    return call(options, () => {
      checkOwner(owner);
      const files = (this.#context.folder?.list(owner) ?? []).map(withFileId);
      const names = new Set(files.map(({ name }) => name));
      const added = this.#context.repository.list(owner).filter(({ name }) => !names.has(name));
      return [...files, ...added].sort((a, b) => (a.name < b.name ? -1 : 1));
    });
  }

  get(owner: string, name: string, options?: CallOptions): Promise<Workflow> {
    return call(options, () => this.find(owner, name));
  }

  add(workflow: Workflow, options?: CallOptions): Promise<Workflow> {
    return call(options, () => {
      const checked = check(workflow);
      const { owner, name } = checked;
      if (this.#lookUp(owner, name) !== undefined) {
        throw new DmObjectAlreadyExistsError(`Workflow ${name} of owner ${owner} already exists.`);
      }
      return this.#put({ ...checked, id: randomBytes(12).toString('hex') });
    });
  }

  update(workflow: Workflow, options?: CallOptions): Promise<Workflow> {
    return call(options, () => {
      const checked = check(workflow);
      const existing = this.find(checked.owner, checked.name);
      this.#refuseFile(checked.owner, checked.name);
      return this.#put({ ...checked, id: existing.id ?? randomBytes(12).toString('hex') });
    });
  }

  remove(owner: string, name: string, options?: CallOptions): Promise<void> {
    return call(options, async () => {
      this.find(owner, name);
      this.#refuseFile(owner, name);
      await this.#context.repository.remove(owner, name);
      this.#context.changes.tell('workflowRemoved', { owner, name });
    });
  }

  /** @throws DmObjectNotFoundError */
  find(owner: string, name: string): Workflow {
    checkOwner(owner);
    const workflow = this.#lookUp(owner, name);
    if (workflow !== undefined) return workflow;
    const problem = this.#context.folder?.problemOf(owner, name);
    const reason = problem === undefined ? this.#remedy(owner, name) : `: its file is wrong. ${problem}`;
    throw new DmObjectNotFoundError(`Workflow ${name} of owner ${owner} does not exist${reason}`);
  }

  /** Whose workflow was probably meant, or which one. */
  #remedy(owner: string, name: string): string {
    const all = [...(this.#context.folder?.list() ?? []), ...this.#context.repository.list()];
    const others = new Set(all.filter((one) => one.name === name).map((one) => one.owner));
    if (others.size > 0) return `; ${[...others].join(' and ')} has one of that name: name the owner.`;
    const own = all.filter((one) => one.owner === owner).map((one) => one.name);
    const near = closestName(name, own);
    return near === undefined ? '.' : `; did you mean ${near}?`;
  }

  #lookUp(owner: string, name: string): Workflow | undefined {
    const file = this.#context.folder?.get(owner, name);
    return file === undefined ? this.#context.repository.get(owner, name) : withFileId(file.workflow);
  }

  async #put(workflow: Workflow): Promise<Workflow> {
    await this.#context.repository.put(workflow);
    this.#context.changes.tell('workflow', workflow);
    const { owner, name } = workflow;
    for (const warning of workflowWarnings(workflow)) this.#context.log.warn({ owner, workflow: name }, warning);
    return workflow;
  }

  #refuseFile(owner: string, name: string): void {
    const file = this.#context.folder?.get(owner, name);
    if (file !== undefined)
      throw new DmInvalidObjectStateError(`Workflow ${name} is defined by ${file.file}; change the file instead.`);
  }
}

function check(workflow: Workflow): Workflow {
  try {
    return checkWorkflow(workflow);
  } catch (error) {
    throw new DmInvalidArgumentError(`Workflow ${workflow.name}: ${errorText(error)}`, { cause: error });
  }
}

function checkOwner(owner: string): void {
  if (owner === '') throw new DmInvalidArgumentError('Invalid owner name provided');
}

/** A workflow of a file has an id that stays the same, shaped as DM's (24 hexadecimal digits). */
function withFileId(workflow: Workflow): Workflow {
  return {
    ...workflow,
    id: workflow.id ?? createHash('sha1').update(`${workflow.owner}/${workflow.name}`).digest('hex').slice(0, 24),
  };
}
