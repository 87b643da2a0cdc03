export { ApsDb } from './aps-db.js';
export { checkServices, type ServiceCheck } from './check-services.js';
export { RestDataManagement } from './rest-data-management.js';
export { parseRestOptions, restOptionsSchema, type RestOptions, type RestOptionsInput } from './rest-options.js';
export { trustedCertificates } from './trusted-certificates.js';
