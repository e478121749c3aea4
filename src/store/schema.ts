// The file, version by version. None is ever changed once released: `migrations.ts` leads from one to the next.

export const SCHEMA_1 = `
-- 'id', 'key' (of the tombstones' hashes), 'revision', 'mustScrub'
CREATE TABLE meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;

-- The backlog. state: 'waiting' to be compressed, 'settled', or set 'aside' with a reason.
CREATE TABLE observations (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  session TEXT NOT NULL,
  source TEXT NOT NULL,
  record TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  path TEXT,
  line INTEGER,
  is_line_by_line INTEGER,
  role TEXT NOT NULL,
  text TEXT NOT NULL,
  files TEXT NOT NULL,
  tool TEXT,
  is_failure INTEGER NOT NULL,
  exit_code INTEGER,
  taken_at_ms INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'waiting',
  aside_reason TEXT
);
CREATE INDEX observations_of_session ON observations (session, at_ms);
CREATE INDEX observations_of_record ON observations (session, record);
CREATE INDEX observations_open ON observations (state, session) WHERE state <> 'settled';

-- Fingerprints of purged observations, hashed to 16 bytes, so that a transcript read again is not learnt again.
CREATE TABLE purged (hash BLOB PRIMARY KEY) WITHOUT ROWID;

CREATE TABLE turn_ends (session TEXT PRIMARY KEY, at_ms INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE cursors (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE dropped (reason TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;

-- hidden_at_ms: pending to be forgotten. revision: of the last change that an index must hear of.
CREATE TABLE memories (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  session TEXT NOT NULL,
  kind TEXT NOT NULL,
  text TEXT NOT NULL,
  outcome TEXT,
  scope TEXT NOT NULL,
  entities TEXT NOT NULL,
  evidence TEXT NOT NULL,
  weight REAL NOT NULL,
  context TEXT NOT NULL,
  segments TEXT NOT NULL,
  status TEXT NOT NULL DEFAULT 'active',
  superseded_by TEXT,
  pinned INTEGER NOT NULL DEFAULT 0,
  is_own INTEGER NOT NULL DEFAULT 0,
  at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  times_given INTEGER NOT NULL DEFAULT 0,
  hidden_at_ms INTEGER,
  revision INTEGER NOT NULL
);
CREATE INDEX memories_by_time ON memories (at_ms, seq);
CREATE INDEX memories_of_session ON memories (session);
CREATE INDEX memories_by_revision ON memories (revision);
CREATE INDEX memories_superseded ON memories (superseded_by) WHERE superseded_by IS NOT NULL;
CREATE INDEX memories_hidden ON memories (hidden_at_ms) WHERE hidden_at_ms IS NOT NULL;

-- Ids of memories that are no more, so that an index that is behind can hear of it.
CREATE TABLE gone (id TEXT PRIMARY KEY, revision INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX gone_by_revision ON gone (revision);

CREATE TABLE vectors (
  memory INTEGER PRIMARY KEY REFERENCES memories (seq) ON DELETE CASCADE,
  model TEXT NOT NULL,
  vector BLOB NOT NULL
);

-- memory: whose pending forgetting forbids the hash; '' once that is final.
CREATE TABLE tombstones (hash TEXT NOT NULL, memory TEXT NOT NULL, PRIMARY KEY (hash, memory)) WITHOUT ROWID;
CREATE INDEX tombstones_pending ON tombstones (memory) WHERE memory <> '';

CREATE TABLE givings (
  seq INTEGER PRIMARY KEY,
  session TEXT NOT NULL,
  assistant TEXT NOT NULL,
  occasion TEXT NOT NULL,
  memories TEXT NOT NULL,
  tokens INTEGER NOT NULL,
  at_ms INTEGER NOT NULL,
  is_reset INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX givings_current ON givings (session) WHERE is_reset = 0;
`;

export const SCHEMA_2 = `
-- distilled: the compressor's own words where text is a rewriting. was_offered: those words were offered for rewriting.
ALTER TABLE memories ADD COLUMN distilled TEXT;
ALTER TABLE memories ADD COLUMN was_offered INTEGER NOT NULL DEFAULT 0;
CREATE INDEX memories_not_offered ON memories (at_ms) WHERE was_offered = 0;
`;

export const SCHEMA_3 = `
-- merged_into: hidden since that memory took its place, not to be forgotten. times_used: in how many givings it came back in what followed.
ALTER TABLE memories ADD COLUMN merged_into TEXT;
ALTER TABLE memories ADD COLUMN times_used INTEGER NOT NULL DEFAULT 0;
-- used: ids of those memories of the giving that came back in what followed.
ALTER TABLE givings ADD COLUMN used TEXT NOT NULL DEFAULT '[]';
CREATE INDEX givings_by_time ON givings (at_ms, seq);
CREATE INDEX givings_of_session ON givings (session, seq);

-- Kept out of what a session is given, by hand. session: '' for the one that starts next.
CREATE TABLE held_back (memory TEXT NOT NULL, session TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (memory, session)) WITHOUT ROWID;
CREATE INDEX held_back_from ON held_back (session);

-- What a person has looked at and kept, and for which reason it was shown.
CREATE TABLE reviewed (memory TEXT NOT NULL, reason TEXT NOT NULL, at_ms INTEGER NOT NULL, PRIMARY KEY (memory, reason)) WITHOUT ROWID;
INSERT INTO meta VALUES ('usesRevision', 0);
`;
