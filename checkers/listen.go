package checkers

func listen(s *Service) {}
