// SPDX-License-Identifier: GPL-2.0
// page.mjs CHROMIUM PICTURES PAGE...: opens each page in headless Chromium, light, dark, as
// on a phone and as on paper. Prints a line for each fault: a message on the console, a
// request of another file, a page wider than the window, texts of the diagram over each
// other, text that is hard to read on its ground, an element that no report has. Leaves
// pictures in the directory PICTURES.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const [chromium, pictures, ...pages] = process.argv.slice(2);
const HEIGHT_MOST = 6000;		// of a picture: more takes long

const modes = [
	{ name: 'light', width: 1200, scheme: 'light' },
	{ name: 'dark', width: 1200, scheme: 'dark' },
	{ name: 'phone', width: 390, scheme: 'light' },
	{ name: 'phone-dark', width: 390, scheme: 'dark' },
	{ name: 'print', width: 720, scheme: 'dark', media: 'print' },
];

// Its protocol: messages of JSON that end with a NUL, by file descriptors 3 and 4.
const profile = mkdtempSync(join(tmpdir(), 'tcpfsm-page-'));
const browser = spawn(chromium, [
	'--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
	'--disable-background-networking', '--disable-component-update', '--disable-sync',
	'--remote-debugging-pipe', `--user-data-dir=${profile}`, 'about:blank',
], { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
const waiting = new Map();
let faults = 0, messages = 0, url = '', what = '', on_load = null;

function fault(text) {
	console.log(`${what}: ${text}`);
	faults++;
}

function heard({ id, method, params, result, error }) {
	if (id) {
		const { done, fail } = waiting.get(id);
		waiting.delete(id);
		return error ? fail(new Error(error.message)) : done(result);
	}
	if (method === 'Page.loadEventFired')
		on_load?.();
	else if (method === 'Runtime.consoleAPICalled')
		fault(`console: ${params.args.map(a => a.value ?? a.description).join(' ')}`);
	else if (method === 'Runtime.exceptionThrown')
		fault(`exception: ${params.exceptionDetails.text}`);
	else if (method === 'Log.entryAdded')
		fault(`console: ${params.entry.text}`);
	else if (method === 'Network.requestWillBeSent' && params.request.url !== url)
		fault(`request: ${params.request.url}`);
}

let rest = '';
browser.stdio[4].setEncoding('utf8').on('data', data => {
	const parts = (rest + data).split('\0');
	rest = parts.pop();
	parts.forEach(part => heard(JSON.parse(part)));
});
const ended = new Promise(done => browser.on('close', done));
ended.then(() => waiting.forEach(({ fail }) => fail(new Error('Chromium has ended'))));
browser.stdio[3].on('error', () => {});		// of a write after its end
browser.on('error', error => fault(error.message));

let sessionId;
function send(method, params = {}) {
	const id = ++messages;
	browser.stdio[3].write(JSON.stringify({ id, method, params, sessionId }) + '\0');
	return new Promise((done, fail) => waiting.set(id, { done, fail }));
}

// Runs in the page.
function examine(width) {
	const found = [];
	const elements = new Set(('html head meta title style body header main section h1 h2 h3 p b '
		+ 'i code span div dl dt dd ol ul li a table thead tbody tr th td details summary '
		+ 'figure figcaption svg g path text tspan rect circle line defs marker').split(' '));
	const attributes = new Set(('lang charset http-equiv content name class style href id scope '
		+ 'role aria-hidden aria-labelledby xmlns').split(' '));

	for (const e of document.querySelectorAll('*')) {
		if (!elements.has(e.localName))
			found.push(`element ${e.localName}`);
		for (const a of e.attributes)
			if (!e.closest('svg') && !attributes.has(a.name) || a.name.startsWith('on'))
				found.push(`attribute ${a.name} of ${e.localName}`);
	}
	const { scrollWidth } = document.documentElement;
	if (scrollWidth > width)
		found.push(`the page is ${scrollWidth} wide, the window ${width}`);

	// What is drawn of a text: a count is a line of its own.
	const boxes = [];
	for (const e of document.querySelectorAll('.diagram text, .diagram tspan')) {
		const own = [...e.childNodes].filter(n => n.nodeType === Node.TEXT_NODE);
		for (const node of own) {
			const range = document.createRange();
			range.selectNodeContents(node);
			boxes.push([node.data, range.getBoundingClientRect()]);
		}
	}
	boxes.forEach(([text, a], i) => boxes.slice(i + 1).forEach(([other, b]) => {
		if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
			found.push(`'${text}' is over '${other}'`);
	}));
	if (boxes.length < 30)
		found.push(`the diagram has ${boxes.length} texts`);

	// WCAG 2, 1.4.3
	const light = colour => {
		const c = colour.match(/[\d.]+/g).slice(0, 3).map(n => n / 255)
			.map(n => n <= 0.03928 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4);
		return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2];
	};
	const ground = light(getComputedStyle(document.body).backgroundColor);
	const hard = new Set();
	for (const e of document.body.querySelectorAll('*')) {
		if (![...e.childNodes].some(n => n.nodeType === Node.TEXT_NODE && n.data.trim()) || e.localName === 'title')
			continue;
		const style = getComputedStyle(e);
		const text = light(e.ownerSVGElement ? style.fill : style.color);
		const ratio = (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
		if (ratio < 4.5)
			hard.add(`${e.localName} .${e.getAttribute('class')}: contrast ${ratio.toFixed(1)}`);
	}
	return { found: [...found, ...hard], dark: ground < 0.2, height: document.documentElement.scrollHeight };
}

async function show(page, { name, width, scheme, media = 'screen' }) {
	what = `${basename(page, '.html')}-${name}`;
	url = pathToFileURL(resolve(page)).href;
	await send('Emulation.setDeviceMetricsOverride',
		{ width, height: 900, deviceScaleFactor: 1, mobile: width < 500 });
	await send('Emulation.setEmulatedMedia',
		{ media, features: [{ name: 'prefers-color-scheme', value: scheme }] });
	const loaded = new Promise(done => on_load = done);
	await send('Page.navigate', { url });
	await loaded;
	const { result, exceptionDetails } = await send('Runtime.evaluate',
		{ expression: `(${examine})(${width})`, returnByValue: true });
	if (exceptionDetails)
		return fault(exceptionDetails.exception.description);
	const { found, dark, height } = result.value;
	found.forEach(fault);
	if (dark !== (scheme === 'dark' && media === 'screen'))
		fault(`the page is ${dark ? 'dark' : 'light'}`);
	const { data } = await send('Page.captureScreenshot', {
		captureBeyondViewport: true,
		clip: { x: 0, y: 0, width, height: Math.min(height, HEIGHT_MOST), scale: 1 },
	});
	writeFileSync(join(pictures, `${what}.png`), data, 'base64');
}

try {
	const { targetId } = await send('Target.createTarget', { url: 'about:blank' });
	({ sessionId } = await send('Target.attachToTarget', { targetId, flatten: true }));
	for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
		await send(`${domain}.enable`);
	for (const page of pages)
		for (const m of modes)
			await show(page, m);
	sessionId = undefined;
	await send('Browser.close');
} catch (error) {
	fault(error.message);
	browser.kill();
}
await ended;
rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
process.exitCode = faults ? 1 : 0;
