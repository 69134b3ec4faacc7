// Every sentence the page says itself, in English. Names and explanations of what can be chosen come from the server.
// A further language is a further folder of this shape.

import * as charts from "./strings/charts.js";
import * as data from "./strings/data.js";
import * as header from "./strings/header.js";
import * as network from "./strings/network.js";
import * as output from "./strings/output.js";

export { fieldName, list } from "./strings/phrases.js";

export const strings = { title: "gradlab", ...header, ...data, ...network, ...output, ...charts };
