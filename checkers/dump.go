package checkers

func (s *Service) dump() {}
