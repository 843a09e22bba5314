// node swagger.mjs <file>...: exits 1 and says why where one is not a valid description of an API.

import SwaggerParser from "@apidevtools/swagger-parser";

for (const file of process.argv.slice(2)) {
  await SwaggerParser.validate(file);
}
