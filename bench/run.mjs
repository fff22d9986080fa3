// `npm run bench`: every library in a fresh process in turn, several rounds, medians and ratios of the same run. README.md beside this
// file tells the method.

import { main } from '../scripts/command.mjs';
import { parseArguments, usage } from './arguments.mjs';
import { LoadServer } from './load-server.mjs';
import { measureCase } from './measure.mjs';
import { writeCharts } from './report/chart.mjs';
import { showCase } from './report/console.mjs';
import { writeDocs } from './report/docs.mjs';
import { showGoals } from './report/goals.mjs';
import { Results } from './results.mjs';
import { prepare } from './setup.mjs';

main(async () => {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) return console.log(usage);
  if (options.list) return options.cases.forEach(({ id, title }) => console.log(`${id}  ${title}`));
  if (options.writeDocs) return writeDocs();
  await prepare();
  const results = Results.open(options);
  const failed = [];
  for (const [index, testCase] of options.cases.entries()) {
    console.log(`\n[${index + 1}/${options.cases.length}] ${testCase.title}`);
    // A fresh server for each case: none pays for the memory of the one before.
    const server = await LoadServer.start();
    const measured = await measureCase(testCase, options, server).finally(() => server.stop());
    if (showCase(testCase, measured)) failed.push(testCase.id);
    results.add(testCase, measured);
  }
  showGoals(results.data);
  writeCharts(results);
  console.log(`\n${results.file}`);
  if (failed.length > 0) {
    console.error(`failed: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
});
