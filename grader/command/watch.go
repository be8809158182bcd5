package command
type watchCommand struct{}
func (watchCommand) Run() error { return nil }
