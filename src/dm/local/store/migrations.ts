/** Each entry brings the database from the version of its index to the next (`PRAGMA user_version`). Never change one that was released. */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE experiment_types (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
  CREATE TABLE experiments (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, type_id INTEGER NOT NULL REFERENCES experiment_types (id),
    description TEXT, root_path TEXT, users TEXT NOT NULL, start_date TEXT, end_date TEXT, create_date TEXT NOT NULL, update_date TEXT NOT NULL);
  CREATE TABLE files (
    id INTEGER PRIMARY KEY, experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE, area INTEGER NOT NULL, path TEXT NOT NULL,
    size_bytes INTEGER NOT NULL, md5 TEXT, mtime_ms REAL NOT NULL, stored_ms REAL NOT NULL);
  CREATE UNIQUE INDEX files_by_path ON files (experiment_id, path, area);
  CREATE TABLE datasets (
    id INTEGER PRIMARY KEY, experiment_id INTEGER NOT NULL REFERENCES experiments (id) ON DELETE CASCADE, name TEXT NOT NULL, document TEXT NOT NULL);
  CREATE UNIQUE INDEX datasets_by_name ON datasets (experiment_id, name);
  CREATE TABLE workflows (owner TEXT NOT NULL, name TEXT NOT NULL, document TEXT NOT NULL, PRIMARY KEY (owner, name)) WITHOUT ROWID;
  CREATE TABLE jobs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, owner TEXT NOT NULL, active INTEGER NOT NULL, end_time REAL,
    summary TEXT NOT NULL, document TEXT NOT NULL);
  CREATE INDEX jobs_by_owner ON jobs (owner, seq);
  CREATE INDEX jobs_active ON jobs (seq) WHERE active = 1;
  CREATE INDEX jobs_by_end ON jobs (end_time) WHERE active = 0;
  CREATE TABLE child_processes (
    job_seq INTEGER NOT NULL REFERENCES jobs (seq) ON DELETE CASCADE, number INTEGER NOT NULL, document TEXT NOT NULL, PRIMARY KEY (job_seq, number)) WITHOUT ROWID;
  CREATE TABLE daqs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL, active INTEGER NOT NULL, end_time REAL, info TEXT NOT NULL, options TEXT NOT NULL);
  CREATE TABLE uploads (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL, active INTEGER NOT NULL, end_time REAL, info TEXT NOT NULL, options TEXT NOT NULL);
  CREATE TABLE daq_files (
    daq_seq INTEGER NOT NULL REFERENCES daqs (seq) ON DELETE CASCADE, path TEXT NOT NULL, signature TEXT NOT NULL, stored INTEGER NOT NULL, PRIMARY KEY (daq_seq, path)) WITHOUT ROWID;
  `,
  `
  ALTER TABLE files ADD COLUMN inode INTEGER;
  ALTER TABLE files ADD COLUMN ctime_ms REAL;
  CREATE INDEX daqs_active ON daqs (seq) WHERE active = 1;
  CREATE INDEX daqs_by_end ON daqs (end_time) WHERE active = 0;
  CREATE INDEX uploads_active ON uploads (seq) WHERE active = 1;
  CREATE INDEX uploads_by_end ON uploads (end_time) WHERE active = 0;
  `,
];
