-- SPDX-License-Identifier: GPL-2.0
-- A table, an index, transactions of some size and of one row, joins.
PRAGMA journal_mode = DELETE;
CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT, weight INTEGER);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4000)
	INSERT INTO item SELECT i, 'item ' || (i * 7919 % 4001), i * 31 % 101 FROM n;
CREATE INDEX by_name ON item (name);
UPDATE item SET weight = weight + 1 WHERE id % 3 = 0;
INSERT INTO item (name, weight) VALUES ('one', 1);
INSERT INTO item (name, weight) VALUES ('two', 2);
INSERT INTO item (name, weight) VALUES ('three', 3);
DELETE FROM item WHERE weight = 50;
SELECT a.weight, count(*) FROM item a JOIN item b ON a.name = b.name GROUP BY a.weight ORDER BY 2 DESC LIMIT 5;
SELECT sum(weight) FROM item WHERE name LIKE 'item 1%';
