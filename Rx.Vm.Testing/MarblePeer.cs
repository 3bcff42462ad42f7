using System.Reactive.Linq;
using System.Reactive.Subjects;
using System.Reactive.Threading.Tasks;

namespace Rx.Vm.Testing;

/// <summary>The other side of a conversation, scripted: see <see cref="MarbleRun.Script{TRequest, TReply}"/>.</summary>
/// <typeparam name="TRequest">What is asked.</typeparam>
/// <typeparam name="TReply">What comes back.</typeparam>
public sealed class MarblePeer<TRequest, TReply>
{
    private readonly Subject<TRequest> _requests = new();
    private readonly Func<TRequest, IObservable<TReply>> _answer;

    internal MarblePeer(Func<TRequest, IObservable<TReply>> answer) => _answer = answer;

    /// <summary>The requests from now on, each when it is made. Never completes, never errors.</summary>
    public IObservable<TRequest> Requests => _requests.AsObservable();

    /// <summary>The answer to a request, as a cold stream: each subscription makes the request once, at its time.</summary>
    public IObservable<TReply> Send(TRequest request) => Observable.Defer(() =>
    {
        var answer = _answer(request);
        _requests.OnNext(request);
        return answer;
    });

    /// <summary>Makes the request now and gives its first reply; an answer without a reply is an error.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<TReply> SendAsync(TRequest request, CancellationToken cancellation = default) =>
        Send(request).FirstAsync().ToTask(cancellation);
}
