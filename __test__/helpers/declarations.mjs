import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/**
 * What index.d.ts declares, as far as it can be compared with running code.
 *
 * @typedef {object} Member
 * @property {string} name
 * @property {'method' | 'property'} kind
 * @property {boolean} optional
 * @property {number} required how many parameters of a method must be given
 * @property {string} comment its words without the tags
 * @property {string[]} tags `defaultValue`, `throws` and others, as often as they are there
 * @typedef {{ name: string, members: Member[], required: number, parent?: string }} DeclaredClass
 */
export function readDeclarations() {
  const file = fileURLToPath(new URL('../../index.d.ts', import.meta.url));
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const exported = source.statements.filter((statement) =>
    statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
  );
  return {
    classes: exported.filter((node) => ts.isClassDeclaration(node)).map(readClass),
    interfaces: Object.fromEntries(
      exported
        .filter((node) => ts.isInterfaceDeclaration(node))
        .map((node) => [node.name.text, node.members.map(readMember)]),
    ),
    /** Exports that exist when the program runs; types do not. */
    values: exported
      .filter((node) => !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node))
      .map((node) => node.name.text),
  };
}

/** @returns {DeclaredClass} */
function readClass(node) {
  const constructors = node.members.filter((member) => ts.isConstructorDeclaration(member));
  return {
    name: node.name.text,
    members: node.members.filter((member) => !ts.isConstructorDeclaration(member)).map(readMember),
    required: Math.min(...constructors.map(countRequired)),
    parent: node.heritageClauses?.[0].types[0].expression.getText(),
  };
}

function textOfComment({ comment }) {
  return ts.getTextOfJSDocComment(comment) ?? '';
}

/** @returns {Member} */
function readMember(node) {
  const method = ts.isMethodDeclaration(node) || ts.isMethodSignature(node);
  return {
    name: node.name.getText(),
    kind: method ? 'method' : 'property',
    optional: node.questionToken !== undefined,
    required: method ? countRequired(node) : 0,
    comment: ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc).map(textOfComment).join(''),
    tags: ts.getJSDocTags(node).map(({ tagName }) => tagName.text),
  };
}

function countRequired(node) {
  const first = node.parameters.findIndex(
    ({ questionToken, initializer, dotDotDotToken }) =>
      questionToken ?? initializer ?? dotDotDotToken,
  );
  return first < 0 ? node.parameters.length : first;
}
