-- complain if the script is sourced in psql, rather than by CREATE EXTENSION
\echo Use "CREATE EXTENSION shnor" to load this file. \quit

COMMENT ON SCHEMA shnor IS
'Exact indicators, scores and reports on support for schools with low results and schools in adverse conditions';

