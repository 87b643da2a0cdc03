import { type MemberDescriptor, pvxs, type TypeDescriptor, type ValueHandle } from 'node-pvxs';
import type { AnyValue } from './field-type.js';

type Content = Readonly<Record<string, unknown>>;

/** Any version of NTURI, also under the ids that it had in its early days. */
const NT_URI = /(?:^|[/:])NTURI(?::|$)/;

/** The arguments of a call: the query of an NTURI, known by its type id, or the structure itself. 64-bit integers become
 * numbers where that loses nothing, because clients send any integer as one; `any` fields become what they hold. */
export function plainArguments(argument: ValueHandle): unknown {
  const type = pvxs.valueType(argument);
  const content = pvxs.valueToJs(argument, false);
  if (!('members' in type) || !NT_URI.test(type.id ?? '')) return plain(type, content);
  const query = type.members.find(({ name }) => name === 'query');
  return query ? plain(query, (content as Content)['query']) : {};
}

function plain(type: TypeDescriptor, content: unknown): unknown {
  if (content === null) return null;
  switch (type.code) {
    case 'int64':
    case 'uint64':
      return safeNumber(content as bigint);
    case 'int64[]':
    case 'uint64[]':
      return Array.from(content as BigInt64Array, safeNumber);
    case 'any':
      return plainAny(content as AnyValue);
    case 'any[]':
      return (content as readonly (AnyValue | null)[]).map(plainAny);
    case 'struct':
      return plainMembers(type.members, content as Content);
    case 'struct[]':
    case 'union[]': {
      const code = type.code === 'struct[]' ? 'struct' : 'union';
      return (content as readonly unknown[]).map((element) => plain({ ...type, code }, element));
    }
    case 'union':
      return plainSelected(type.members, content as Content);
    default:
      return content;
  }
}

function plainAny(content: AnyValue | null): unknown {
  return content === null ? null : plain(content.type, content.value);
}

function plainMembers(members: readonly MemberDescriptor[], content: Content): Content {
  return Object.fromEntries(members.map((member) => [member.name, plain(member, content[member.name])]));
}

function plainSelected(members: readonly MemberDescriptor[], content: Content): Content {
  const { selector, value } = content;
  const member = members.find(({ name }) => name === selector);
  return member ? { selector, value: plain(member, value) } : content;
}

function safeNumber(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}
