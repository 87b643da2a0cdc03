import t from 'tap';
import { dataManagementBehaviour } from '../port/behaviour.js';
import { temporaryEngine } from './temporary-engine.js';

dataManagementBehaviour(t, async (t) => {
  const { engine, sourceDirectory } = await temporaryEngine(t);
  return { dm: engine, sourceDirectory };
});
