// Style sheets are imported for their effect: the bundler links them to the page.
declare module "*.css";
