package ledger

// OpenSchema opens, or makes, a store as the program of an earlier schema did.
func OpenSchema(cfg Config, schema int) (*DB, error) {
	cfg.steps = migrations()[: schema-1 : schema-1]
	if cfg.steps == nil {
		cfg.steps = []step{}
	}
	return Open(cfg)
}

// FailingStep adds a migration after the present ones that fails.
func FailingStep(cfg Config, err error) Config {
	cfg.steps = append(migrations(), step{"fail", func(tx *Tx) error {
		if perr := tx.put(systemPrefix+"x", K("x"), []byte("half")); perr != nil {
			return perr
		}
		return err
	}})
	return cfg
}
