// Holds documents against a schema with ajv, as strict as it can be.
// Usage: node validate.js FOLDER_OF_NODE_MODULES < {"schema": ..., "documents": {name: value}}
// Prints {name: [where it does not fit, ...]}; ends with an error if the schema is not strict.
const path = require("path");
const Ajv = require(path.join(process.argv[2], "ajv", "dist", "2020")).default;

const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
// Several types at one place are what a recipe is made of; all else that is strict stays.
const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
const check = ajv.compile(given.schema);
const found = {};
for (const [name, value] of Object.entries(given.documents)) {
  found[name] = check(value) ? [] : check.errors.map((e) => `${e.instancePath}: ${e.message}`);
}
process.stdout.write(JSON.stringify(found));
