import { describe, expect, test } from 'vitest'
import { isSelfContained } from './self-contained.ts'

/** As the compiler writes a step that exports one function. */
const compiled = (code: string): string => `var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __export = (target, all) => {
  for (var name in all)
    __defProp(target, name, { get: all[name], enumerable: true });
};
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toCommonJS = (mod) => __copyProps(__defProp({}, "__esModule", { value: true }), mod);
var code_exports = {};
__export(code_exports, {
  code: () => code
});
module.exports = __toCommonJS(code_exports);
${code}
`
const step = (body: string): string => compiled(`const code = async (inputs) => {\n${body}\n};`)

describe('code that leaves nothing behind', () => {
  test.each([
    'return { sum: inputs.a + inputs.b };',
    'const { a, b: { c = 2 } = {}, ...rest } = inputs; return [a, c, rest];',
    'const total = inputs.lines.reduce((sum, line) => sum + line.price * line.count, 0); return { total: Math.round(total) };',
    'for (let i = 0; i < inputs.rows.length; i++) inputs.rows[i].done = true; return inputs.rows[inputs.rows.length - 1];',
    'const made = []; for (const row of inputs.rows) { if (!row) continue; made.push({ ...row, id: `x-` + row.id }) } return made;',
    'const seen = new Set(); const by = new Map(); by.set("a", 1); seen.add(1); return { size: seen.size, all: [...by.values()] };',
    'const when = new Date(inputs.when); return when.toISOString().slice(0, 10);',
    'try { return JSON.parse(inputs.text) } catch (error) { if (error instanceof SyntaxError2) throw error; return { error: error.message } }'.replace(
      'SyntaxError2',
      'TypeError',
    ),
    'switch (inputs.kind) { case "a": return 1; default: throw new Error("unknown " + inputs.kind) }',
    'function helper(x) { return x * 2 } const twice = (f, x) => f(f(x)); return twice(helper, inputs.a);',
    'await Promise.all(inputs.ids.map(async (id) => { await null; return String(id) })); console.log("done"); return null;',
    'return inputs.text.replace(/\\s+/g, (all) => all.trim()).split(",").map((part) => part?.trim() ?? "");',
    'let n = 0; do { n += 1 } while (n < 3); return { n, is: typeof inputs.x === "undefined", "quoted-key": 1 };',
    'const o = {}; o.name = inputs.name; o.list ??= []; o["key"] = 1; delete o.list; return o;',
    'return inputs.rows.sort((a, b) => a.rank - b.rank).slice(0, 3);',
  ])('%s', (body) => {
    expect(isSelfContained(step(body))).toBe(true)
  })

  test('exports that are assigned', () => {
    expect(isSelfContained('exports.code = async (inputs) => ({ a: inputs.a })')).toBe(true)
    expect(isSelfContained('module.exports.code = (inputs) => inputs')).toBe(true)
  })
})

describe('code that may leave something behind, or look for it', () => {
  test.each([
    'globalThis.leak = inputs;',
    'leak = inputs;',
    'this.leak = inputs;',
    'process.env.X = "1";',
    'const fs = require("fs");',
    'const fs = await import("node:fs");',
    'Array.prototype.leak = 1;',
    'inputs.constructor.leak = 1;',
    'inputs["constructor"].leak = 1;',
    'inputs[inputs.key].leak = 1;',
    'inputs[`constructor`].leak = 1;',
    'const { constructor: Made } = inputs; Made.leak = 1;',
    'const { ["constructor"]: Made } = inputs; Made.leak = 1;',
    'const { map } = []; map.leak = 1;',
    'const { map: m } = []; m.leak = 1;',
    'let m; ({ map: m } = []); m.leak = 1;',
    '[].map.leak = 1;',
    'const keep = (f) => { f.leak = 1 }; keep(Number);',
    'const keep = (f) => { f.leak = 1 }; keep([].map);',
    'const f = (a = globalThis) => { a.leak = 1 }; f();',
    'const f = ({ a = process }) => { a.leak = 1 }; f({});',
    'const proto = Object.getPrototypeOf(inputs); proto.leak = 1;',
    'Object.assign(Object, { leak: 1 });',
    'Object.defineProperty(Object, "leak", { value: 1 });',
    'inputs.__proto__.leak = 1;',
    '({ __proto__: inputs });',
    'inputs.__defineGetter__("a", () => 1);',
    'new Function("return this")().leak = 1;',
    'Function("return this")().leak = 1;',
    'eval("globalThis.leak = 1");',
    '[].map.call([], (x) => x);',
    'setTimeout(() => {}, 1);',
    'await fetch("http://localhost");',
    'class A { m() { return this } } new A().m();',
    'function f() { return arguments } f().leak = 1;',
    'function* g() {} g.leak = 1;',
    'Symbol.for("x").description;',
    'return RegExp.input;',
    'return Error.stackTraceLimit;',
    'Error.prepareStackTrace = () => 1;',
    'String.raw`x`;',
    'JSON.leak = 1;',
    'Math.leak = 1;',
    'console.leak = 1;',
    'console.log.leak = 1;',
    'Promise.resolve.leak = 1;',
    'var i = 0; { var i = "constructor" } inputs[i].leak = 1;',
    'let i = 0; i = "constructor"; inputs[i].leak = 1;',
    'for (var i of ["constructor"]) inputs[i].leak = 1;',
    'let { i = "constructor" } = 0; inputs[i].leak = 1;',
    'var i = 0; { function i() {} } i.toString = () => "constructor"; inputs[i].leak = 1;',
    'const o = { length: "constructor" }; inputs[o.length].leak = 1;',
    'inputs[inputs.a + ""].leak = 1;',
    '{ let x = 1 } x = inputs;',
    '{ var x = 1 } x = inputs;',
    'with (inputs) { leak = 1 }',
    'new (inputs.x)();',
    'var __export = (t) => t; __toCommonJS = 1;',
    '__defProp(Object, "leak", { value: 1 });',
    'const it = [].values().map((x) => x); it.return.leak = 1;',
    'new Promise.resolve();',
    'import.meta.leak = 1;',
    'undefined.x; NaN.y = (Infinity).constructor;',
    // A name that is declared where the use does not see it.
    'const f = (a = globalThis) => { var globalThis; a.leak = 1 }; f();',
    'const f = function (a = process) { function process() {} a.leak = 1 }; f();',
    'const f = (a = () => process) => { var process; a().leak = 1 }; f();',
    '{ async function process() {} } process.leak = 1;',
    '"use strict"; { function process() {} } process.leak = 1;',
    '{ let process = 1; { function process() {} } } process.leak = 1;',
    'if (inputs.a) function process() {} process.leak = 1;',
    'try { throw 1 } catch (process) {} process.leak = 1;',
    'for (const process of []) ; process.leak = 1;',
    '(function process() {}); process.leak = 1;',
    'l: { const l = process }',
    // Targets of writes, and values on the way to one.
    '[process.leak] = [1];',
    '({ a: process.leak } = inputs);',
    'for (process.leak of [1]) ;',
    'for (process.leak in inputs) ;',
    'for (inputs.x of [process]) ;',
    'const o = { process }; o.process.leak = 1;',
    'const o = { get a() { return process } };',
    'const { a: { b: [c = process] } } = inputs;',
    '(0, process).leak = 1;',
    '(inputs.a || process).leak = 1;',
    'delete process.leak;',
    '\\u0070rocess.leak = 1;',
    // The names of members that are made.
    'inputs.\\u0063onstructor.leak = 1;',
    'inputs["const" + "ructor"].leak = 1;',
    'inputs[["constructor"]].leak = 1;',
    'inputs[{ toString: () => "constructor" }].leak = 1;',
    'let i = 0; ({ i } = { i: "constructor" }); inputs[i].leak = 1;',
    'let i = 0; [i] = ["constructor"]; inputs[i].leak = 1;',
    'let i = 0; for (i in { constructor: 1 }) inputs[i].leak = 1;',
    'let i = 0; i += "constructor"; inputs[i].leak = 1;',
    'let i = 0; ((i) => { inputs[i].leak = 1 })("constructor");',
    'let i = 0; (() => { i = "constructor" })(); inputs[i].leak = 1;',
    'const i = 0; try { throw "constructor" } catch (i) { inputs[i].leak = 1 }',
    'var i = 0; (({ i }) => { inputs[i].leak = 1 })({ i: "constructor" });',
    // Built-in methods and classes as values.
    'try { throw [] } catch ({ map }) { map.leak = 1 }',
    'for (const { map } of [[]]) map.leak = 1;',
    '((...[{ map }]) => { map.leak = 1 })([]);',
    'const { "toString": t } = inputs; t.leak = 1;',
    'inputs?.toString;',
    '[Object].map((o) => { o.leak = 1 });',
    'return Object;',
    'throw Object;',
    'Object.setPrototypeOf({}, Array);',
    'new Proxy({}, {});',
    'JSON.parse("1", function () { return this }).leak = 1;',
    'for await (const x of [process]) ;',
    'class A { static { globalThis.leak = 1 } }',
    'exports.constructor.leak = 1;',
    'module.constructor.leak = 1;',
  ])('%s', (body) => {
    expect(isSelfContained(step(body))).toBe(false)
  })

  test('code that is none, is very long, or nests very deep', () => {
    expect(isSelfContained('const (')).toBe(false)
    expect(isSelfContained(`exports.code = () => [${'1,'.repeat(40_000)}]`)).toBe(false)
    expect(isSelfContained(`exports.code = () => ${'['.repeat(20_000)}${']'.repeat(20_000)}`)).toBe(false)
  })

  test('a helper that is not quite the compiler’s', () => {
    expect(isSelfContained(step('return 1').replace('enumerable: true', 'enumerable: globalThis.x'))).toBe(false)
    expect(isSelfContained(step('return 1').replace('Object.getOwnPropertyNames', 'process'))).toBe(false)
  })
})
