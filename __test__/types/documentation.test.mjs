import assert from 'node:assert/strict';
import { readDeclarations } from '../helpers/declarations.mjs';
import { test } from '../helpers/test.mjs';

const { classes, interfaces } = readDeclarations();

for (const [type, members] of Object.entries(interfaces)) {
  test(`each member of ${type} says what it is`, () => {
    for (const { name, comment } of members) assert.notEqual(comment.trim(), '', name);
  });
}

for (const { name: type, members } of classes) {
  test(`each member of ${type} says what it is`, () => {
    for (const { name, comment } of members) assert.notEqual(comment.trim(), '', name);
  });
}

/** What the constructor takes: here people look up what they may write. */
const options = Object.keys(interfaces).filter((type) => type.endsWith('Options'));

for (const type of options) {
  for (const { name, optional, tags } of interfaces[type]) {
    test(`${type}.${name} says its default, what is refused, and shows an example`, () => {
      assert.equal(tags.includes('defaultValue'), optional);
      assert.ok(tags.includes('throws'));
      assert.ok(tags.includes('example'));
    });
  }
}
