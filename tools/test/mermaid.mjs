// SPDX-License-Identifier: GPL-2.0
// mermaid.mjs NODE_MODULES DIAGRAMS: parses each diagram of the file, which begins with
// a line "%% connection ID", by mermaid's own parser; prints how many there are.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const from = createRequire(pathToFileURL(process.argv[2] + '/'));
const { JSDOM } = from('jsdom');

// mermaid cleans texts with the DOM of a browser.
globalThis.window = new JSDOM('').window;
globalThis.document = window.document;
const { default: mermaid } = await import(
	pathToFileURL(process.argv[2] + '/mermaid/dist/mermaid.core.mjs'));

const diagrams = readFileSync(process.argv[3], 'utf8')
	.split(/^(?=%% connection )/m).filter(text => text.trim());
for (const diagram of diagrams) {
	try {
		await mermaid.parse(diagram);
	} catch (error) {
		console.log(diagram + error.message);
		process.exit(1);
	}
}
console.log(diagrams.length + ' diagrams');
