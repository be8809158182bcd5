package command
type benchCommand struct{}
func (benchCommand) Run() error { return nil }
