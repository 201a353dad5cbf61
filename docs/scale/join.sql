-- join.sql: a region joins the roll-up of docs/scale/center.sql.
--
--   psql -X -v ON_ERROR_STOP=1 -v code=37 -v host=db37.example.org -v port=5432 -v dbname=monitoring -v user=federal -f docs/scale/join.sql
--
-- as a superuser or a role with USAGE on postgres_fdw. user is the reader of docs/scale/export.sql; his password comes
-- from the environment (PASSWORD=…), so that no list of processes shows it. extensions: tallies are summed over there;
-- async_capable: all regions at once.
\getenv password PASSWORD
SELECT 'region_' || :'code' AS server, 'tally_' || :'code' AS tally, 'definition_' || :'code' AS definition, 'freshness_' || :'code' AS freshness \gset join_
CREATE SERVER :"join_server" FOREIGN DATA WRAPPER postgres_fdw
	OPTIONS (host :'host', port :'port', dbname :'dbname', extensions 'shnor', async_capable 'true', fetch_size '10000');
CREATE USER MAPPING FOR PUBLIC SERVER :"join_server" OPTIONS (user :'user', password :'password');
CREATE FOREIGN TABLE federal.:"join_tally" PARTITION OF federal.tally FOR VALUES IN (:'code') SERVER :"join_server" OPTIONS (schema_name 'federal', table_name 'tally');
CREATE FOREIGN TABLE federal.:"join_definition" PARTITION OF federal.definition FOR VALUES IN (:'code') SERVER :"join_server" OPTIONS (schema_name 'federal', table_name 'definition');
CREATE FOREIGN TABLE federal.:"join_freshness" PARTITION OF federal.freshness FOR VALUES IN (:'code') SERVER :"join_server" OPTIONS (schema_name 'federal', table_name 'freshness');
