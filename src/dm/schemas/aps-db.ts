import { z } from 'zod';

/** APS-DB isn't strict about which of its codes are numbers and which are text. */
const code = z.union([z.string(), z.number()]);

/**
 * Experiment safety assessment form, as APS-DB tells it. Dates are text of the facility's local time, `YYYY-MM-DD HH:MM:SS`; `piFlag` of a
 * user is `Yes` or `No`. Only the id is relied upon.
 */
export const esafSchema = z.looseObject({
  esafId: code,
  esafTitle: z.string().optional(),
  description: z.string().optional(),
  sector: code.optional(),
  esafStatus: z.string().optional(),
  experimentStartDate: z.string().optional(),
  experimentEndDate: z.string().optional(),
  experimentUsers: z
    .array(
      z.looseObject({
        badge: code.optional(),
        badgeNumber: code.optional(),
        firstName: z.string().optional(),
        lastName: z.string().optional(),
        email: z.string().optional(),
        piFlag: z.string().optional(),
      }),
    )
    .optional(),
});
export type Esaf = z.infer<typeof esafSchema>;

/** Proposal of the beam time system (BSS), as APS-DB tells it. `piFlag` of an experimenter is `Y` or `N`. Only the id is relied upon. */
export const proposalSchema = z.looseObject({
  id: code,
  title: z.string().optional(),
  experimenters: z
    .array(
      z.looseObject({
        id: code.optional(),
        badge: code.optional(),
        piFlag: z.string().optional(),
        firstName: z.string().optional(),
        lastName: z.string().optional(),
        institution: z.string().optional(),
      }),
    )
    .optional(),
  activities: z
    .array(
      z.looseObject({
        startTime: z.string().optional(),
        endTime: z.string().optional(),
        duration: code.optional(),
      }),
    )
    .optional(),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
  duration: code.optional(),
  mailInFlag: z.string().optional(),
  proprietaryFlag: z.string().optional(),
  submittedDate: z.string().optional(),
  totalShiftsRequested: code.optional(),
});
export type Proposal = z.infer<typeof proposalSchema>;

/** Run of the facility. Its name (`2025-1`) is `runName` or `name`: both have been seen. */
export const runSchema = z.looseObject({
  runId: code.optional(),
  runName: z.string().optional(),
  name: z.string().optional(),
  startTime: z.string().optional(),
  endTime: z.string().optional(),
});
export type Run = z.infer<typeof runSchema>;
