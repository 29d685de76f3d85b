package ipvs

// Same reports whether the kernel would show both services alike.
func (s Service) Same(o Service) bool { return s.normal() == o.normal() }

// Same reports whether the kernel would show both destinations alike.
func (d Destination) Same(o Destination) bool { return d.normal() == o.normal() }
