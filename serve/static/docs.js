const docs = document.getElementById("docs");
SwaggerUIBundle({ domNode: docs, url: docs.dataset.openapi, deepLinking: true, validatorUrl: null, defaultModelsExpandDepth: 0 });
