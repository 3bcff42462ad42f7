using Rx.Vm.Lifecycle;

namespace Rx.Vm.Tests.Lifecycle.Search;

/// <summary>A fault put around the real reducer, and the law that must catch it.</summary>
/// <param name="Name">What the faulty reducer gets wrong.</param>
/// <param name="Caught">The law it breaks first.</param>
/// <param name="Plant">From the state, the input and the sound transition to the faulty one.</param>
internal sealed record PlantedFault(string Name, VmRule Caught, Func<VmCore, VmInput, Transition, Transition> Plant)
{
    /// <summary>The reducer with the fault in it.</summary>
    public Reducer Reducer => (state, input) => Plant(state, input, VmReducer.Reduce(state, input));

    public override string ToString() => Name;
}
