-- A region of version 0.1.0 is brought to this one.
\set released 0.1.0
\ir ../upgrade/region.sql
