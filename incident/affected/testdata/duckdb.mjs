// node duckdb.mjs FILE.sql: runs the statements of FILE.sql, with $DIR replaced by
// the environment's DIR, and prints the answer of the last one. MEMORY limits DuckDB.
import { DuckDBInstance } from '@duckdb/node-api';
import fs from 'node:fs';

const options = { threads: process.env.THREADS || '2', temp_directory: process.env.DIR };
if (process.env.MEMORY) options.memory_limit = process.env.MEMORY;
const connection = await (await DuckDBInstance.create(':memory:', options)).connect();
const text = fs.readFileSync(process.argv[2], 'utf8').replaceAll('$DIR', process.env.DIR);
let last;
for (const statement of text.split(/;\s*\n/)) {
  if (statement.trim()) last = await connection.runAndReadAll(statement);
}
console.log(String(last.getRows()[0][0]));
