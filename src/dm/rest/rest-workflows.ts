import type { CallOptions, Workflows } from '../data-management.js';
import type { Workflow } from '../schemas/workflow.js';
import { ListPoller } from './list-poller.js';
import type { RestContext } from './rest-context.js';
import type { ServiceClient } from './service-client.js';

export class RestWorkflows implements Workflows {
  readonly poller: ListPoller<Workflow>;
  readonly #proc: ServiceClient;
  readonly #owner: () => string;

  constructor(proc: ServiceClient, owner: () => string, { changes, periods, pollFailed }: RestContext) {
    this.#proc = proc;
    this.#owner = owner;
    this.poller = new ListPoller<Workflow>({
      list: (signal) => proc.call('listWorkflows', { owner: owner(), queryDict: {} }, { signal, retry: false }),
      keyOf,
      emit: (workflow) => {
        changes.tell('workflow', workflow);
      },
      removed: ({ owner, name }) => {
        changes.tell('workflowRemoved', { owner, name });
      },
      periods,
      onError: pollFailed('workflows'),
    });
  }

  list(owner: string, options?: CallOptions): Promise<Workflow[]> {
    return this.#proc.call('listWorkflows', { owner, queryDict: {} }, options);
  }

  async get(owner: string, name: string, options?: CallOptions): Promise<Workflow> {
    return this.#observed(await this.#proc.call('getWorkflowByName', { owner, name }, options));
  }

  async add(workflow: Workflow, options?: CallOptions): Promise<Workflow> {
    return this.#observed(await this.#proc.call('addWorkflow', { workflow }, options));
  }

  async update(workflow: Workflow, options?: CallOptions): Promise<Workflow> {
    return this.#observed(await this.#proc.call('updateWorkflow', { workflow }, options));
  }

  async remove(owner: string, name: string, options?: CallOptions): Promise<void> {
    await this.#proc.call('deleteWorkflowByName', { owner, name }, options);
    this.poller.remove(`${owner}/${name}`);
  }

  /** Another owner's workflows are not polled, so nothing is told of them. */
  #observed(workflow: Workflow): Workflow {
    if (workflow.owner === this.#owner()) this.poller.observe(workflow);
    return workflow;
  }
}

function keyOf({ owner, name }: Workflow): string {
  return `${owner}/${name}`;
}
