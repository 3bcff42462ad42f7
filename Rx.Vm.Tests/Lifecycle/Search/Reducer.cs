using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>A reducer as a value, so that one with a planted fault can take the place of the real one.</summary>
internal delegate Transition Reducer(VmCore state, VmInput input);
