import { type Credentials, readLoginFile } from '../wire/login-file.js';

/** The login file, read when first needed and again after a refusal (somebody may have corrected it). */
export class CredentialsSource {
  readonly path: string;
  #reading: Promise<Credentials> | undefined;

  constructor(path: string) {
    this.path = path;
  }

  /** @throws DmError DM_CONFIGURATION */
  async read(): Promise<Credentials> {
    this.#reading ??= readLoginFile(this.path);
    try {
      return await this.#reading;
    } catch (error) {
      this.forget();
      throw error;
    }
  }

  forget(): void {
    this.#reading = undefined;
  }
}
