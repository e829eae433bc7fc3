module example.org/app

go 1.21.3 // the least

toolchain go1.22.5

require github.com/BurntSushi/toml v1.2.0

require (
	github.com/gin-gonic/gin v1.7.0
	github.com/jackc/pgx/v5 v5.5.0 // indirect
	golang.org/x/net v0.0.0-20210226172049-e18ecbb05110 // indirect
	gopkg.in/yaml.v2 v2.2.2
	example.org/old v1.0.0
	example.org/own v0.0.0
)

replace (
	example.org/old v1.0.0 => example.org/new v1.1.0+incompatible
	example.org/own => ../own
)

exclude github.com/gin-gonic/gin v1.6.0
