// Hands the page's nonce to Lit. Chrome 69 to 72 have no constructable style sheets: there Lit brings a style element for
// each component, which the content policy lets in only with the nonce of the answer that carried the page.

const place = document.querySelector<HTMLMetaElement>('meta[name="ow-nonce"]');

if (place && place.content) {
  (window as unknown as { litNonce?: string }).litNonce = place.content;
}

export {};
