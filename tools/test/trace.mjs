// SPDX-License-Identifier: GPL-2.0
// trace.mjs NODE_MODULES TRACE...: imports each trace as chrome://tracing does: its importer
// is in the package bigrig. Prints the warnings of the import; then the number of tracks, of
// slices, and of those that are nested in another.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const from = createRequire(pathToFileURL(process.argv[2] + '/'));
from('bigrig/lib/global-config.js').enable();
from('bigrig/lib/third_party/tracing/importer/import.js');
from('bigrig/lib/third_party/tracing/extras/importer/trace_event_importer.js');

for (const path of process.argv.slice(3)) {
	const model = new tr.Model();
	const options = new tr.importer.ImportOptions();
	options.showImportWarnings = false;
	options.shiftWorldToZero = false;
	new tr.importer.Import(model, options).importTraces([readFileSync(path, 'utf8')]);
	for (const { type, message } of model.importWarnings)
		console.log(`${type}: ${message}`);
	const threads = model.getAllThreads().filter(t => t.sliceGroup.length);
	const slices = threads.flatMap(t => t.sliceGroup.slices);
	const unnamed = threads.filter(t => !t.name || !t.parent.name);
	const nested = slices.filter(s => s.parentSlice);
	console.log(`${threads.length} tracks, ${slices.length} slices, ${nested.length} nested, `
		+ `${unnamed.length} without a name`);
}
