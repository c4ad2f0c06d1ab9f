BEGIN TRANSACTION;
CREATE TABLE attempts (
	id INTEGER NOT NULL, 
	exam_id VARCHAR(36) NOT NULL, 
	mode VARCHAR(20) NOT NULL, 
	question_id VARCHAR(80) NOT NULL, 
	domain INTEGER NOT NULL, 
	task VARCHAR(8) NOT NULL, 
	response JSON NOT NULL, 
	"right" BOOLEAN NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (exam_id, question_id)
);
INSERT INTO "attempts" VALUES(1,'e1','practice','q1',1,'1.1','["A"]',1,'2026-11-01 09:30:00.000000');
CREATE TABLE cards (
	id VARCHAR(120) NOT NULL, 
	due DATETIME NOT NULL, 
	state JSON NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "cards" VALUES('card1','2026-11-01 09:30:00.000000','{"stability": 2.5}');
CREATE TABLE conversations (
	id VARCHAR(36) NOT NULL, 
	title VARCHAR(200) NOT NULL, 
	created DATETIME NOT NULL, 
	updated DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "conversations" VALUES('c1','Foundation models','2026-11-01 09:30:00.000000','2026-11-01 09:30:00.000000');
CREATE TABLE exams (
	id VARCHAR(36) NOT NULL, 
	mode VARCHAR(20) NOT NULL, 
	created DATETIME NOT NULL, 
	finished DATETIME, 
	state JSON NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE feedback (
	id INTEGER NOT NULL, 
	turn_id INTEGER NOT NULL, 
	up BOOLEAN NOT NULL, 
	comment TEXT NOT NULL, 
	created DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (turn_id), 
	FOREIGN KEY(turn_id) REFERENCES turns (id) ON DELETE CASCADE
);
INSERT INTO "feedback" VALUES(1,1,1,'clear','2026-11-01 09:30:00.000000');
CREATE TABLE rating_items (
	id INTEGER NOT NULL, 
	session_id VARCHAR(36) NOT NULL, 
	item_id VARCHAR(200) NOT NULL, 
	content JSON NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (session_id, item_id), 
	FOREIGN KEY(session_id) REFERENCES rating_sessions (id) ON DELETE CASCADE
);
INSERT INTO "rating_items" VALUES(1,'s1','a','{"question": "first"}');
CREATE TABLE rating_sessions (
	id VARCHAR(36) NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	systems JSON NOT NULL, 
	seed INTEGER NOT NULL, 
	created DATETIME NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "rating_sessions" VALUES('s1','Mine','stars','["etude"]',5,'2026-11-01 09:30:00.000000');
CREATE TABLE ratings (
	id INTEGER NOT NULL, 
	session_id VARCHAR(36) NOT NULL, 
	item_id VARCHAR(200) NOT NULL, 
	rater VARCHAR(80) NOT NULL, 
	value VARCHAR(20) NOT NULL, 
	comment TEXT NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (session_id, item_id, rater), 
	FOREIGN KEY(session_id) REFERENCES rating_sessions (id) ON DELETE CASCADE
);
INSERT INTO "ratings" VALUES(1,'s1','a','Ann','4','','2026-11-01 09:30:00.000000');
CREATE TABLE reviews (
	id INTEGER NOT NULL, 
	card_id VARCHAR(120) NOT NULL, 
	rating INTEGER NOT NULL, 
	at DATETIME NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (card_id, at)
);
INSERT INTO "reviews" VALUES(1,'card1',3,'2026-11-01 09:30:00.000000');
CREATE TABLE schema_version (
	version INTEGER NOT NULL, 
	PRIMARY KEY (version)
);
INSERT INTO "schema_version" VALUES(3);
CREATE TABLE turns (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	conversation_id VARCHAR(36) NOT NULL, 
	question TEXT NOT NULL, 
	standalone TEXT NOT NULL, 
	text TEXT NOT NULL, 
	refused BOOLEAN NOT NULL, 
	stopped BOOLEAN NOT NULL, 
	cut BOOLEAN NOT NULL, 
	citations JSON NOT NULL, 
	nearest JSON NOT NULL, 
	timings JSON NOT NULL, 
	usage JSON NOT NULL, 
	created DATETIME NOT NULL, 
	FOREIGN KEY(conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);
INSERT INTO "turns" VALUES(1,'c1','What is a foundation model?','What is a foundation model?','A large model [1].',0,0,0,'[{"marker": 1, "collection": "notes", "file": "models.md", "heading": ["Models"], "start_line": 3, "end_line": 9, "text": "A foundation model is large.", "used": [[0, 12]]}]','[]','{"retrieve": 0.2, "first_token": 3.5, "total": 8.25}','{"prompt_tokens": 300, "cached_tokens": 120, "completion_tokens": 40}','2026-11-01 09:30:00.000000');
CREATE INDEX ix_conversations_updated ON conversations (updated);
CREATE INDEX ix_exams_created ON exams (created);
CREATE INDEX ix_attempts_at ON attempts (at);
CREATE INDEX ix_attempts_exam_id ON attempts (exam_id);
CREATE INDEX ix_attempts_question_id ON attempts (question_id);
CREATE INDEX ix_cards_due ON cards (due);
CREATE INDEX ix_reviews_card_id ON reviews (card_id);
CREATE INDEX ix_reviews_at ON reviews (at);
CREATE INDEX ix_rating_sessions_created ON rating_sessions (created);
CREATE INDEX ix_turns_conversation_id ON turns (conversation_id);
CREATE INDEX ix_rating_items_session_id ON rating_items (session_id);
CREATE INDEX ix_ratings_session_id ON ratings (session_id);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('turns',1);
COMMIT;
