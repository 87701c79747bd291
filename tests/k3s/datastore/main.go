// The stand-in's datastore: kine, the layer by which K3s itself speaks to MariaDB, inside this process as in K3s, and an etcd
// client on it. One JSON object a line on standard input, one answer each on standard output.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/k3s-io/kine/pkg/endpoint"
	clientv3 "go.etcd.io/etcd/client/v3"
)

type request struct {
	Do    string `json:"do"`
	Key   string `json:"key"`
	Value string `json:"value"`
}

type answer struct {
	Error  string            `json:"error,omitempty"`
	Values map[string]string `json:"values,omitempty"`
}

// As the API server's storage does: a transaction on the revision that was read. Nothing else is promised by kine.
func put(ctx context.Context, client *clientv3.Client, key, value string) error {
	got, err := client.Get(ctx, key)
	if err != nil {
		return err
	}
	var revision int64
	if len(got.Kvs) == 1 {
		if string(got.Kvs[0].Value) == value {
			return nil
		}
		revision = got.Kvs[0].ModRevision
	}
	txn := client.Txn(ctx).
		If(clientv3.Compare(clientv3.ModRevision(key), "=", revision)).
		Then(clientv3.OpPut(key, value))
	if revision != 0 {
		txn = txn.Else(clientv3.OpGet(key))
	}
	result, err := txn.Commit()
	if err != nil {
		return err
	}
	if !result.Succeeded {
		return fmt.Errorf("conflict at %s", key)
	}
	return nil
}

func perform(client *clientv3.Client, r request) answer {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	switch r.Do {
	case "put":
		if err := put(ctx, client, r.Key, r.Value); err != nil {
			return answer{Error: err.Error()}
		}
		return answer{}
	case "list":
		values := map[string]string{}
		end := clientv3.GetPrefixRangeEnd(r.Key)
		from := r.Key
		for {
			got, err := client.Get(ctx, from, clientv3.WithRange(end), clientv3.WithLimit(5000))
			if err != nil {
				return answer{Error: err.Error()}
			}
			for _, kv := range got.Kvs {
				values[string(kv.Key)] = string(kv.Value)
				from = string(kv.Key) + "\x00"
			}
			if !got.More {
				return answer{Values: values}
			}
		}
	case "get":
		got, err := client.Get(ctx, r.Key)
		if err != nil {
			return answer{Error: err.Error()}
		}
		values := map[string]string{}
		for _, kv := range got.Kvs {
			values[string(kv.Key)] = string(kv.Value)
		}
		return answer{Values: values}
	}
	return answer{Error: "unknown request " + r.Do}
}

func run() error {
	socket := os.Args[1]
	ctx := context.Background()
	// The endpoint has a password: by environment, as K3s gets it. kine waits up to 300 s for the database.
	config, err := endpoint.Listen(ctx, endpoint.Config{
		Listener:       "unix://" + socket,
		Endpoint:       os.Getenv("K3S_DATASTORE_ENDPOINT"),
		NotifyInterval: 5 * time.Second,
		// kine's own defaults for what K3s leaves alone.
		CompactInterval:       5 * time.Minute,
		CompactIntervalJitter: 5,
		CompactTimeout:        5 * time.Second,
		CompactMinRetain:      1000,
		CompactBatchSize:      1000,
		PollBatchSize:         500,
	})
	if err != nil {
		return err
	}
	client, err := clientv3.New(clientv3.Config{
		Endpoints:   config.Endpoints,
		DialTimeout: 5 * time.Second,
	})
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	if err := out.Encode(answer{}); err != nil { // ready
		return err
	}
	in := bufio.NewScanner(os.Stdin)
	for in.Scan() {
		var r request
		if err := json.Unmarshal(in.Bytes(), &r); err != nil {
			return err
		}
		if err := out.Encode(perform(client, r)); err != nil {
			return err
		}
	}
	return in.Err()
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "datastore:", err)
		os.Exit(1)
	}
}
