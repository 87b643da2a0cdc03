/** What is wrong with a configuration, in one line that names the key and the remedy. */
export interface Finding {
  /** `refused`: the IOC would not start. `regretted`: it would, and something would be missing. */
  readonly kind: 'refused' | 'regretted';
  readonly text: string;
}
