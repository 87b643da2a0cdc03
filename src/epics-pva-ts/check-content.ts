import type { MemberDescriptor, TypeDescriptor } from 'node-pvxs';
import { PvaError } from './pva-error.js';
import { typedArrayCodes } from './typed-array-codes.js';

type Content = Readonly<Record<string, unknown>>;

/** Whether content as node-pvxs gives it is what TypeScript takes for content of a type.
 * @throws PvaError `PVA_TYPE` with the path of the field that is not */
export function checkContent(type: TypeDescriptor, content: unknown, path: string): void {
  const fail = (): never => {
    throw new PvaError('PVA_TYPE', `the PV has no ${type.code} here`, { path });
  };
  if (content === undefined) fail();
  switch (type.code) {
    case 'struct':
      if (!isObject(content)) fail();
      checkMembers(type.members, content as Content, path);
      return;
    case 'union':
      if (!checkSelected(type.members, content, path)) fail();
      return;
    case 'struct[]':
    case 'union[]':
      if (!Array.isArray(content)) fail();
      for (const [index, element] of (content as unknown[]).entries()) {
        const code = type.code === 'struct[]' ? 'struct' : 'union';
        if (element !== null) checkContent({ ...type, code }, element, `${path}[${index}]`);
      }
      return;
    case 'any':
      return;
    default:
      if (!isPlain(type.code, content)) fail();
  }
}

function checkMembers(members: readonly MemberDescriptor[], content: Content, path: string): void {
  for (const member of members) checkContent(member, content[member.name], `${path}.${member.name}`);
}

function checkSelected(members: readonly MemberDescriptor[], content: unknown, path: string): boolean {
  if (content === null) return true;
  if (!isObject(content)) return false;
  const { selector, value } = content;
  const member = members.find(({ name }) => name === selector);
  if (member) checkContent(member, value, `${path}.${member.name}`);
  return member !== undefined;
}

function isPlain(code: string, content: unknown): boolean {
  if (ArrayBuffer.isView(content)) return typedArrayCodes[content.constructor.name] === code;
  if (!Array.isArray(content)) return !code.endsWith('[]') && typeof content === typeOf(code);
  if (code === 'any[]') return true;
  const isList = code === 'bool[]' || code === 'string[]';
  return isList && (content.length === 0 || typeof content[0] === typeOf(code.slice(0, -2)));
}

function typeOf(code: string): string {
  if (code === 'bool') return 'boolean';
  if (code === 'string') return 'string';
  return code === 'int64' || code === 'uint64' ? 'bigint' : 'number';
}

function isObject(content: unknown): content is Content {
  return typeof content === 'object' && content !== null && !Array.isArray(content);
}
