import { status } from '../dm-objects.js';
import { routesOf } from '../route.js';

const { read } = routesOf('ANY');

/** What each of DM's services answers. */
export const ANY_ROUTES = {
  /** Any answer shows that service and session are well. */
  getServiceStatus: read({
    template: 'GET /serviceStatus',
    evidence: 'assumed',
    parameters: {},
    answer: status,
    check: () => ({}),
  }),
};
