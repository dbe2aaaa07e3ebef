-- The folder of schema 1 as reeve of schema 2 kept it: one journal row a command.
BEGIN TRANSACTION;
CREATE TABLE cases (
  id TEXT PRIMARY KEY, definition TEXT NOT NULL, version INTEGER NOT NULL, revision INTEGER NOT NULL,
  unit TEXT NOT NULL, owner TEXT NOT NULL, title TEXT NOT NULL, status TEXT NOT NULL, outcome TEXT NOT NULL,
  stages TEXT NOT NULL, light TEXT NOT NULL, due INTEGER, occurred INTEGER NOT NULL, started INTEGER NOT NULL,
  last INTEGER NOT NULL, ended INTEGER, cycle INTEGER NOT NULL, parent TEXT NOT NULL, cause TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "cases" VALUES('noise-complaint-1','noise-complaint',1,16,'north','ben','','open','','visited','green',1773766800000,1772809200000,1772809200000,1773144000000,NULL,1,'','');
INSERT INTO "cases" VALUES('noise-complaint-2','noise-complaint',1,8,'north','ben','','open','','registered','orange',1773054000000,1772809200000,1772809200000,1773054000000,NULL,1,'','');
CREATE TABLE clocks (
  case_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, task TEXT NOT NULL, kind TEXT NOT NULL,
  status TEXT NOT NULL, light TEXT NOT NULL, "from" INTEGER NOT NULL, due INTEGER, ended INTEGER,
  late_ms INTEGER NOT NULL, cycle INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
INSERT INTO "clocks" VALUES('noise-complaint-1','c1','registered','','due','met','orange',1772809200000,1773054000000,1773144000000,90000000,1);
INSERT INTO "clocks" VALUES('noise-complaint-1','c5','visited','','due','running','green',1773144000000,1773766800000,NULL,0,1);
INSERT INTO "clocks" VALUES('noise-complaint-2','c1','registered','','due','running','orange',1772809200000,1773054000000,NULL,0,1);
CREATE TABLE escalations (
  case_id TEXT NOT NULL, id TEXT NOT NULL, clock TEXT NOT NULL, step INTEGER NOT NULL, repeat INTEGER NOT NULL,
  at INTEGER NOT NULL, planned INTEGER NOT NULL, told TEXT NOT NULL, ask TEXT NOT NULL, answer TEXT NOT NULL,
  answer_by INTEGER, acknowledge_by INTEGER, acknowledged_by TEXT NOT NULL, acknowledge_missed INTEGER NOT NULL,
  answer_missed INTEGER NOT NULL, overtaken INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
INSERT INTO "escalations" VALUES('noise-complaint-1','e3','registered',0,0,1773051120000,1773051120000,'ada ben','','',NULL,NULL,'',0,0,0);
INSERT INTO "escalations" VALUES('noise-complaint-1','e4','registered',1,0,1773054000000,1773054000000,'ada ben','explanation','',1773248400000,NULL,'',0,0,0);
INSERT INTO "escalations" VALUES('noise-complaint-2','e3','registered',0,0,1773051120000,1773051120000,'ada ben','','',NULL,NULL,'',0,0,0);
INSERT INTO "escalations" VALUES('noise-complaint-2','e4','registered',1,0,1773054000000,1773054000000,'ada ben','explanation','',1773248400000,NULL,'',0,0,0);
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, stream TEXT NOT NULL, revision INTEGER NOT NULL, at INTEGER NOT NULL,
  occurred INTEGER, actor TEXT NOT NULL, "key" TEXT, events INTEGER NOT NULL, body TEXT NOT NULL);
INSERT INTO "journal" VALUES(1,'$org',1,1772809200000,NULL,'cleo',NULL,8,'{"event":"PersonSet","person":{"id":"ada","name":"Ada","language":"zh","reach":{}}}
{"event":"PersonSet","person":{"id":"ben","name":"Ben","language":"zh","reach":{}}}
{"event":"PersonSet","person":{"id":"cleo","name":"Cleo","language":"zh","reach":{}}}
{"event":"UnitSet","unit":{"id":"borough","title":{"en":"Borough","zh":"Borough"},"level":"county"}}
{"event":"UnitSet","unit":{"id":"north","title":{"en":"North ward","zh":"North ward"},"parent":"borough","level":"township"}}
{"event":"PostSet","post":{"unit":"borough","role":"head","authorised":1,"holders":["cleo"]}}
{"event":"PostSet","post":{"unit":"north","role":"head","authorised":1,"holders":["ben"]}}
{"event":"PostSet","post":{"unit":"north","role":"registrar","authorised":2,"holders":["ada"]}}');
INSERT INTO "journal" VALUES(9,'$definitions',1,1772809200000,NULL,'cleo',NULL,1,'{"event":"DefinitionDeployed","id":"noise-complaint","version":1,"name":"noise.json","text":"{\n  \"id\": \"noise-complaint\",\n  \"title\": {\"en\": \"Noise complaint\", \"zh\": \"噪声投诉\"},\n  \"calendar\": \"uk-office\",\n  \"data\": {\"type\": \"object\", \"required\": [\"place\"], \"properties\": {\"place\": {\"type\": \"string\"}}},\n  \"stages\": {\n    \"registered\": {\n      \"assign\": {\"role\": \"registrar\", \"pick\": \"least-loaded\"},\n      \"due\": \"4 working hours\",\n      \"actions\": {\"accept\": {\"to\": \"visited\"}, \"decline\": {\"to\": \"declined\", \"require\": [\"reason\"], \"second\": \"head\"}}\n    },\n    \"visited\": {\"assign\": \"owner\", \"due\": \"5 working days\", \"actions\": {\"settle\": {\"to\": \"settled\"}}},\n    \"settled\": {\"end\": \"settled\", \"follow_up\": {\"task\": \"second-visit\", \"due\": \"30 days\"}},\n    \"declined\": {\"end\": \"declined\"}\n  },\n  \"ladders\": {\n    \"climb\": [\n      {\"at\": \"80%\", \"light\": \"yellow\", \"tell\": [\"owner\"]},\n      {\"at\": \"due\", \"light\": \"orange\", \"tell\": [\"owner\", \"head\"], \"ask\": \"explanation\", \"answer_in\": \"2 working days\"},\n      {\"at\": \"due + 1 working day\", \"light\": \"red\", \"tell\": [\"head@parent\"], \"repeat\": \"1 working day\"}\n    ]\n  }\n}\n","calendar_name":"uk-office","calendar":"{\"id\":\"uk-office\",\"zone\":\"Europe/London\",\"hours\":{\"mon\":[\"09:00-17:00\"],\"tue\":[\"09:00-17:00\"],\"wed\":[\"09:00-17:00\"],\"thu\":[\"09:00-17:00\"],\"fri\":[\"09:00-17:00\"],\"sat\":[],\"sun\":[]},\"holidays\":[{\"date\":\"2020-01-01\",\"name\":\"New Year''s Day\"},{\"date\":\"2020-04-10\",\"name\":\"Good Friday\"},{\"date\":\"2020-04-13\",\"name\":\"Easter Monday\"},{\"date\":\"2020-05-08\",\"name\":\"Early May bank holiday (VE day)\"},{\"date\":\"2020-05-25\",\"name\":\"Spring bank holiday\"},{\"date\":\"2020-08-31\",\"name\":\"Summer bank holiday\"},{\"date\":\"2020-12-25\",\"name\":\"Christmas Day\"},{\"date\":\"2020-12-28\",\"name\":\"Boxing Day (substitute day)\"},{\"date\":\"2021-01-01\",\"name\":\"New Year''s Day\"},{\"date\":\"2021-04-02\",\"name\":\"Good Friday\"},{\"date\":\"2021-04-05\",\"name\":\"Easter Monday\"},{\"date\":\"2021-05-03\",\"name\":\"Early May bank holiday\"},{\"date\":\"2021-05-31\",\"name\":\"Spring bank holiday\"},{\"date\":\"2021-08-30\",\"name\":\"Summer bank holiday\"},{\"date\":\"2021-12-27\",\"name\":\"Christmas Day (substitute day)\"},{\"date\":\"2021-12-28\",\"name\":\"Boxing Day (substitute day)\"},{\"date\":\"2022-01-03\",\"name\":\"New Year''s Day (substitute day)\"},{\"date\":\"2022-04-15\",\"name\":\"Good Friday\"},{\"date\":\"2022-04-18\",\"name\":\"Easter Monday\"},{\"date\":\"2022-05-02\",\"name\":\"Early May bank holiday\"},{\"date\":\"2022-06-02\",\"name\":\"Spring bank holiday\"},{\"date\":\"2022-06-03\",\"name\":\"Platinum Jubilee bank holiday\"},{\"date\":\"2022-08-29\",\"name\":\"Summer bank holiday\"},{\"date\":\"2022-09-19\",\"name\":\"Bank holiday for the State Funeral of Queen Elizabeth II\"},{\"date\":\"2022-12-26\",\"name\":\"Boxing Day\"},{\"date\":\"2022-12-27\",\"name\":\"Christmas Day (substitute day)\"},{\"date\":\"2023-01-02\",\"name\":\"New Year''s Day (substitute day)\"},{\"date\":\"2023-04-07\",\"name\":\"Good Friday\"},{\"date\":\"2023-04-10\",\"name\":\"Easter Monday\"},{\"date\":\"2023-05-01\",\"name\":\"Early May bank holiday\"},{\"date\":\"2023-05-08\",\"name\":\"Bank holiday for the coronation of King Charles III\"},{\"date\":\"2023-05-29\",\"name\":\"Spring bank holiday\"},{\"date\":\"2023-08-28\",\"name\":\"Summer bank holiday\"},{\"date\":\"2023-12-25\",\"name\":\"Christmas Day\"},{\"date\":\"2023-12-26\",\"name\":\"Boxing Day\"},{\"date\":\"2024-01-01\",\"name\":\"New Year''s Day\"},{\"date\":\"2024-03-29\",\"name\":\"Good Friday\"},{\"date\":\"2024-04-01\",\"name\":\"Easter Monday\"},{\"date\":\"2024-05-06\",\"name\":\"Early May bank holiday\"},{\"date\":\"2024-05-27\",\"name\":\"Spring bank holiday\"},{\"date\":\"2024-08-26\",\"name\":\"Summer bank holiday\"},{\"date\":\"2024-12-25\",\"name\":\"Christmas Day\"},{\"date\":\"2024-12-26\",\"name\":\"Boxing Day\"},{\"date\":\"2025-01-01\",\"name\":\"New Year''s Day\"},{\"date\":\"2025-04-18\",\"name\":\"Good Friday\"},{\"date\":\"2025-04-21\",\"name\":\"Easter Monday\"},{\"date\":\"2025-05-05\",\"name\":\"Early May bank holiday\"},{\"date\":\"2025-05-26\",\"name\":\"Spring bank holiday\"},{\"date\":\"2025-08-25\",\"name\":\"Summer bank holiday\"},{\"date\":\"2025-12-25\",\"name\":\"Christmas Day\"},{\"date\":\"2025-12-26\",\"name\":\"Boxing Day\"},{\"date\":\"2026-01-01\",\"name\":\"New Year''s Day\"},{\"date\":\"2026-04-03\",\"name\":\"Good Friday\"},{\"date\":\"2026-04-06\",\"name\":\"Easter Monday\"},{\"date\":\"2026-05-04\",\"name\":\"Early May bank holiday\"},{\"date\":\"2026-05-25\",\"name\":\"Spring bank holiday\"},{\"date\":\"2026-08-31\",\"name\":\"Summer bank holiday\"},{\"date\":\"2026-12-25\",\"name\":\"Christmas Day\"},{\"date\":\"2026-12-28\",\"name\":\"Boxing Day (substitute day)\"},{\"date\":\"2027-01-01\",\"name\":\"New Year''s Day\"},{\"date\":\"2027-03-26\",\"name\":\"Good Friday\"},{\"date\":\"2027-03-29\",\"name\":\"Easter Monday\"},{\"date\":\"2027-05-03\",\"name\":\"Early May bank holiday\"},{\"date\":\"2027-05-31\",\"name\":\"Spring bank holiday\"},{\"date\":\"2027-08-30\",\"name\":\"Summer bank holiday\"},{\"date\":\"2027-12-27\",\"name\":\"Christmas Day (substitute day)\"},{\"date\":\"2027-12-28\",\"name\":\"Boxing Day (substitute day)\"}],\"days\":[],\"covers\":\"2020-01-01/2027-12-31\"}"}');
INSERT INTO "journal" VALUES(10,'noise-complaint-1',1,1772809200000,NULL,'ada','first',6,'{"event":"CaseStarted","definition":"noise-complaint","version":1,"unit":"north","data":{"place":"Mill Lane 3"},"occurred":1772809200000}
{"event":"OwnerNamed","person":"ben"}
{"event":"StageEntered","entry":1,"stage":"registered"}
{"event":"ClockStarted","clock":"c1","name":"registered","from":1772809200000,"entry":1}
{"event":"TaskCreated","task":"t2","name":"registered","entry":1,"title":"registered"}
{"event":"TaskAssigned","task":"t2","person":"ada","how":"assigned"}');
INSERT INTO "journal" VALUES(16,'noise-complaint-2',1,1772809200000,NULL,'ada',NULL,6,'{"event":"CaseStarted","definition":"noise-complaint","version":1,"unit":"north","data":{"place":"Mill Lane 5"},"occurred":1772809200000}
{"event":"OwnerNamed","person":"ben"}
{"event":"StageEntered","entry":1,"stage":"registered"}
{"event":"ClockStarted","clock":"c1","name":"registered","from":1772809200000,"entry":1}
{"event":"TaskCreated","task":"t2","name":"registered","entry":1,"title":"registered"}
{"event":"TaskAssigned","task":"t2","person":"ada","how":"assigned"}');
INSERT INTO "journal" VALUES(22,'noise-complaint-1',7,1773051120000,NULL,'system',NULL,1,'{"event":"EscalationFired","escalation":"e3","clock":"c1","planned":1773051120000,"light":"yellow","told":["ada","ben"]}');
INSERT INTO "journal" VALUES(23,'noise-complaint-2',7,1773051120000,NULL,'system',NULL,1,'{"event":"EscalationFired","escalation":"e3","clock":"c1","planned":1773051120000,"light":"yellow","told":["ada","ben"]}');
INSERT INTO "journal" VALUES(24,'noise-complaint-1',8,1773054000000,NULL,'system',NULL,1,'{"event":"EscalationFired","escalation":"e4","clock":"c1","step":1,"planned":1773054000000,"light":"orange","told":["ada","ben"],"ask":"explanation","answer_by":1773248400000}');
INSERT INTO "journal" VALUES(25,'noise-complaint-2',8,1773054000000,NULL,'system',NULL,1,'{"event":"EscalationFired","escalation":"e4","clock":"c1","step":1,"planned":1773054000000,"light":"orange","told":["ada","ben"],"ask":"explanation","answer_by":1773248400000}');
INSERT INTO "journal" VALUES(26,'noise-complaint-1',9,1773144000000,NULL,'ada',NULL,8,'{"event":"ActionTaken","entry":1,"action":"accept"}
{"event":"TaskCompleted","task":"t2"}
{"event":"StageLeft","entry":1,"stage":"registered","how":"accept"}
{"event":"ClockMet","clock":"c1","at":1773144000000,"late_ms":90000000}
{"event":"StageEntered","entry":2,"stage":"visited"}
{"event":"ClockStarted","clock":"c5","name":"visited","from":1773144000000,"entry":2}
{"event":"TaskCreated","task":"t6","name":"visited","entry":2,"title":"visited"}
{"event":"TaskAssigned","task":"t6","person":"ben","how":"assigned"}');
CREATE TABLE links (
  case_id TEXT NOT NULL, other TEXT NOT NULL, relation TEXT NOT NULL,
  PRIMARY KEY (case_id, other, relation)) WITHOUT ROWID;
CREATE TABLE loads (person TEXT PRIMARY KEY, open INTEGER NOT NULL, last_given INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "loads" VALUES('ada',1,21);
INSERT INTO "loads" VALUES('ben',3,33);
CREATE TABLE marks (
  case_id TEXT NOT NULL, pattern TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (case_id, pattern)) WITHOUT ROWID;
CREATE TABLE outbox (
  id TEXT PRIMARY KEY, person TEXT NOT NULL, case_id TEXT NOT NULL, at INTEGER NOT NULL, body TEXT NOT NULL,
  status TEXT NOT NULL, attempts INTEGER NOT NULL, next_at INTEGER, error TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "outbox" VALUES('noise-complaint-1/16/ben','ben','noise-complaint-1',1773144000000,'{"id":"noise-complaint-1/16/ben","to":"ben","kind":"TaskAssigned","case_id":"noise-complaint-1","clock":"visited","subject":"noise-complaint-1: visited is yours","expected":"visited","by":1773766800000,"due":1773766800000,"burst":"noise-complaint-1@1773144000000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-1/2/ben','ben','noise-complaint-1',1772809200000,'{"id":"noise-complaint-1/2/ben","to":"ben","kind":"OwnerNamed","case_id":"noise-complaint-1","subject":"You own noise-complaint-1 now","expected":"see to it that it gets done","burst":"noise-complaint-1@1772809200000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-1/7/ada','ada','noise-complaint-1',1773051120000,'{"id":"noise-complaint-1/7/ada","to":"ada","kind":"EscalationFired","case_id":"noise-complaint-1","clock":"registered","subject":"registered is due on 2026-03-09T11:00:00+00:00","due":1773054000000,"burst":"noise-complaint-1@1773051120000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-1/7/ben','ben','noise-complaint-1',1773051120000,'{"id":"noise-complaint-1/7/ben","to":"ben","kind":"EscalationFired","case_id":"noise-complaint-1","clock":"registered","subject":"registered is due on 2026-03-09T11:00:00+00:00","due":1773054000000,"burst":"noise-complaint-1@1773051120000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-1/8/ada','ada','noise-complaint-1',1773054000000,'{"id":"noise-complaint-1/8/ada","to":"ada","kind":"EscalationFired","case_id":"noise-complaint-1","clock":"registered","subject":"registered ran out on 2026-03-09T11:00:00+00:00","expected":"explanation","by":1773248400000,"due":1773054000000,"burst":"noise-complaint-1@1773054000000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-1/8/ben','ben','noise-complaint-1',1773054000000,'{"id":"noise-complaint-1/8/ben","to":"ben","kind":"EscalationFired","case_id":"noise-complaint-1","clock":"registered","subject":"registered ran out on 2026-03-09T11:00:00+00:00","expected":"explanation","by":1773248400000,"due":1773054000000,"burst":"noise-complaint-1@1773054000000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-2/2/ben','ben','noise-complaint-2',1772809200000,'{"id":"noise-complaint-2/2/ben","to":"ben","kind":"OwnerNamed","case_id":"noise-complaint-2","subject":"You own noise-complaint-2 now","expected":"see to it that it gets done","burst":"noise-complaint-2@1772809200000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-2/7/ada','ada','noise-complaint-2',1773051120000,'{"id":"noise-complaint-2/7/ada","to":"ada","kind":"EscalationFired","case_id":"noise-complaint-2","clock":"registered","subject":"registered is due on 2026-03-09T11:00:00+00:00","due":1773054000000,"burst":"noise-complaint-2@1773051120000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-2/7/ben','ben','noise-complaint-2',1773051120000,'{"id":"noise-complaint-2/7/ben","to":"ben","kind":"EscalationFired","case_id":"noise-complaint-2","clock":"registered","subject":"registered is due on 2026-03-09T11:00:00+00:00","due":1773054000000,"burst":"noise-complaint-2@1773051120000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-2/8/ada','ada','noise-complaint-2',1773054000000,'{"id":"noise-complaint-2/8/ada","to":"ada","kind":"EscalationFired","case_id":"noise-complaint-2","clock":"registered","subject":"registered ran out on 2026-03-09T11:00:00+00:00","expected":"explanation","by":1773248400000,"due":1773054000000,"burst":"noise-complaint-2@1773054000000"}','pending',0,NULL,'');
INSERT INTO "outbox" VALUES('noise-complaint-2/8/ben','ben','noise-complaint-2',1773054000000,'{"id":"noise-complaint-2/8/ben","to":"ben","kind":"EscalationFired","case_id":"noise-complaint-2","clock":"registered","subject":"registered ran out on 2026-03-09T11:00:00+00:00","expected":"explanation","by":1773248400000,"due":1773054000000,"burst":"noise-complaint-2@1773054000000"}','pending',0,NULL,'');
CREATE TABLE started (definition TEXT PRIMARY KEY, cases INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "started" VALUES('noise-complaint',2);
CREATE TABLE tasks (
  case_id TEXT NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, person TEXT NOT NULL,
  stands_for TEXT NOT NULL, status TEXT NOT NULL, since INTEGER NOT NULL, due INTEGER, light TEXT NOT NULL,
  ended INTEGER, follow_up INTEGER NOT NULL, PRIMARY KEY (case_id, id)) WITHOUT ROWID;
INSERT INTO "tasks" VALUES('noise-complaint-1','t2','registered','registered','ada','','done',1772809200000,NULL,'green',1773144000000,0);
INSERT INTO "tasks" VALUES('noise-complaint-1','t6','visited','visited','ben','','open',1773144000000,1773766800000,'green',NULL,0);
INSERT INTO "tasks" VALUES('noise-complaint-2','t2','registered','registered','ada','','open',1772809200000,1773054000000,'orange',NULL,0);
CREATE TABLE timers (at INTEGER NOT NULL, id TEXT NOT NULL, PRIMARY KEY (at, id)) WITHOUT ROWID;
INSERT INTO "timers" VALUES(1773162000000,'noise-complaint-2');
INSERT INTO "timers" VALUES(1773248400000,'noise-complaint-1');
CREATE INDEX cases_open ON cases(unit) WHERE status = 'open';
CREATE INDEX tasks_open ON tasks(person) WHERE status = 'open';
CREATE INDEX clocks_running ON clocks(due) WHERE status = 'running';
CREATE INDEX escalations_at ON escalations(at);
CREATE INDEX outbox_waiting ON outbox(at) WHERE status <> 'sent';
CREATE UNIQUE INDEX journal_stream ON journal(stream, revision);
CREATE UNIQUE INDEX journal_key ON journal("key") WHERE "key" IS NOT NULL;
CREATE TRIGGER journal_stands BEFORE UPDATE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
CREATE TRIGGER journal_stays BEFORE DELETE ON journal
  BEGIN SELECT RAISE(ABORT, 'what happened is never changed: the journal is append-only'); END;
COMMIT;
PRAGMA user_version = 2;
