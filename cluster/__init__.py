"""Ray and the command line: starts the cluster, shards the hosts, runs jobs. Imports every room."""
