/** Nobody reads more of a name in a table; a tooltip of 10 KB hides the page. */
const LONGEST_HINT = 300;

/**
 * What a stranger has written, such as a name: it cannot turn the texts beside it round, nor push
 * them away.
 */
export function PersonText({ text }: { readonly text: string }) {
  return (
    <bdi className="clip" title={text.slice(0, LONGEST_HINT)}>
      {text}
    </bdi>
  );
}
