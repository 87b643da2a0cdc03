export { decodeJson, decodeText, encodeJson, encodeText, isEncodedText } from './encoded-text.js';
export { readLoginFile, type Credentials } from './login-file.js';
export { parseResponse } from './parse-response.js';
export {
  expandTemplate,
  parsePathTemplate,
  readParameters,
  templateParameters,
  type PathTemplate,
  type WireParameters,
} from './path-template.js';
export { createRouteTable, routeOf, type ResolvedRoute, type RouteOverrides, type RouteTable } from './route-table.js';
export { isConfirmed, type Evidence, type Route } from './route.js';
export { ROUTE_NAMES, ROUTES, type RouteName, type RouteResponse } from './routes.js';
export { fromStatusCode, statusHeaders, toWireError, wireErrorOf, type WireError } from './status-headers.js';
export { SERVICE_PORTS, type ListeningService, type WireService } from './wire-service.js';
