namespace Rx.Vm.Init.Rules;

/// <summary>Who a process runs as.</summary>
/// <param name="Uid">The user id.</param>
/// <param name="Gid">The primary group id.</param>
/// <param name="Groups">The supplementary groups, ascending, each once.</param>
/// <param name="Home">The home directory; <c>/</c> for a user without one.</param>
internal sealed record Identity(uint Uid, uint Gid, uint[] Groups, string Home);
