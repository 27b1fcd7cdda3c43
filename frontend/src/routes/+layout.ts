// The interface is files alone: it is drawn in the browser.
export const ssr = false;
export const prerender = false;
