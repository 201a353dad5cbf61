-- plans.sql: what stands in bench.plan to the file of plans.
\pset tuples_only on
\pset format unaligned
SELECT text FROM bench.plan ORDER BY line \g | cat >> "$BENCH_PLANS"
\pset format aligned
\pset tuples_only off
