-- report.sql: a topic's lines to the table that is printed and drawn; the last thing each topic reads.
COPY (SELECT topic, name, x, round(seconds, 6), round(beside, 6), round(value, 4), round(by_processor, 4), unit, bar FROM bench.line ORDER BY position) TO STDOUT \g | cat >> "$BENCH_TABLE"
