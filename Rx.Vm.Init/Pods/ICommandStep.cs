namespace Rx.Vm.Init.Pods;

/// <summary>A command that takes more than one turn of the loop.</summary>
internal interface ICommandStep
{
    /// <summary>Goes on as far as possible. Null: not finished, ask again after the next turn.</summary>
    CommandOutcome? Step();
}
