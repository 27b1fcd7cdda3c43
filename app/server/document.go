package server

import (
	"net/http"
	"sync"

	"github.com/go-chi/chi/v5"

	"umbra/app/api"
)

// Document is the OpenAPI 3.1 document, made without any database.
func Document(version string) (yaml, json []byte, err error) {
	edge := api.New(chi.NewRouter(), api.Deps{Version: version})
	if yaml, err = edge.Document().YAML(); err != nil {
		return nil, nil, err
	}
	json, err = edge.Document().MarshalJSON()
	return yaml, json, err
}

// documents serves the document, made once when it is first asked for.
func documents(r chi.Router, edge *api.API) {
	serve := func(contentType string, make func() ([]byte, error)) http.HandlerFunc {
		body := sync.OnceValues(make)
		return func(w http.ResponseWriter, req *http.Request) {
			b, err := body()
			if err != nil {
				edge.WriteProblem(w, req, err)
				return
			}
			w.Header().Set("Content-Type", contentType)
			w.Header().Set("Cache-Control", "no-cache")
			_, _ = w.Write(b)
		}
	}
	r.Get("/openapi.json", serve("application/json", edge.Document().MarshalJSON))
	r.Get("/openapi.yaml", serve("application/yaml", edge.Document().YAML))
}
