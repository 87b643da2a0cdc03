import { checkContent } from './check-content.js';
import { PvaError } from './pva-error.js';
import type { PvType, RawFields } from './pv-type.js';

/** Data of a PV as a value of a type. Of a normative type only the field `value` must be as the type says: servers
 * differ in the others. @throws PvaError `PVA_TYPE` when the PV is of another type */
export function decodeAs<Value>(pvName: string, type: PvType<Value, never>, fields: RawFields): Value {
  try {
    const { id = '', members } = type.descriptor;
    for (const member of members) {
      if (id.startsWith('epics:nt/') && member.name !== 'value') continue;
      checkContent(member, fields[member.name], member.name);
    }
    return type.decode(fields);
  } catch (error) {
    if (error instanceof PvaError) throw PvaError.from(error, pvName);
    throw new PvaError('PVA_TYPE', `${pvName}: the PV is not of the type asked for`, { pvName, cause: error });
  }
}
