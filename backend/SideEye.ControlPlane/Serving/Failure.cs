using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using SideEye.ControlPlane.Agents;
using SideEye.ControlPlane.Capturing;
using SideEye.ControlPlane.Catalog;
using SideEye.ControlPlane.Serving.Api;
using SideEye.ControlPlane.Serving.Gate;
using SideEye.Spec.Reading;
using SideEye.Store;

namespace SideEye.ControlPlane.Serving;

/// <summary>Why a request is not answered as asked, as both protocols say it: the one place where exceptions become
/// status codes.</summary>
/// <param name="Grpc">For gRPC; what the plugin makes of it is in its RpcErrors.</param>
/// <param name="Http">For HTTP.</param>
/// <param name="Message">For people.</param>
internal sealed record Failure(StatusCode Grpc, int Http, string Message)
{
    /// <summary>What is wrong with a spec, place by place.</summary>
    public ImmutableArray<SpecProblem> Problems { get; init; } = [];

    /// <summary>Whether it is a defect of ours, which belongs into the log.</summary>
    public bool IsDefect { get; init; }

    /// <summary>What an exception means for the caller.</summary>
    public static Failure Of(Exception e) => e switch
    {
        RefusedException => new(StatusCode.PermissionDenied, StatusCodes.Status403Forbidden, e.Message),
        StoreException store => Of(store),
        CaptureException capture => Of(capture),
        CatalogException catalog => Of(catalog),
        SpecRejectedException spec => new(
            StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, "the spec was not put in force")
        {
            Problems = spec.Problems,
        },
        AgentCallException agent => agent.IsUnreachable
            ? new(StatusCode.FailedPrecondition, StatusCodes.Status502BadGateway, e.Message)
            : new(StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, e.Message),
        ApiException api => new(
            api.Status == StatusCodes.Status404NotFound ? StatusCode.NotFound : StatusCode.InvalidArgument, api.Status,
            e.Message),
        BadHttpRequestException bad => new(StatusCode.InvalidArgument, bad.StatusCode, RequestProblem.Of(bad)),
        OperationCanceledException => new(
            StatusCode.Cancelled, StatusCodes.Status499ClientClosedRequest, "the caller is gone"),
        RpcException rpc => new(rpc.StatusCode, StatusCodes.Status500InternalServerError, rpc.Status.Detail),
        _ => new(StatusCode.Internal, StatusCodes.Status500InternalServerError,
            $"this is a defect of the control plane, please report it: {e.GetType().Name}: {e.Message}")
        {
            IsDefect = true,
        },
    };

    /// <summary>For gRPC.</summary>
    public RpcException ToRpc() => new(new Status(Grpc, Message));

    /// <summary>Answers a request with it: as gRPC to those who speak that, as JSON to the others.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        if (context.Request.ContentType?.StartsWith("application/grpc", StringComparison.Ordinal) == true)
        {
            response.StatusCode = StatusCodes.Status200OK;
            response.ContentType = "application/grpc";
            response.Headers["grpc-status"] = ((int)Grpc).ToString(System.Globalization.CultureInfo.InvariantCulture);
            response.Headers["grpc-message"] = Uri.EscapeDataString(Message);
            return;
        }
        JsonArray problems = [];
        foreach (SpecProblem problem in Problems)
        {
            problems.Add((JsonNode)new JsonObject
            {
                ["file"] = problem.At.File, ["line"] = problem.At.Line, ["column"] = problem.At.Column,
                ["message"] = problem.Message,
            });
        }
        response.StatusCode = Http;
        response.ContentType = "application/json; charset=utf-8";
        string json = new JsonObject { ["message"] = Message, ["problems"] = problems }.ToJsonString(ApiJson.Options);
        await response.WriteAsync(json, context.RequestAborted).ConfigureAwait(false);
    }

    private static Failure Of(StoreException e) => e.Error switch
    {
        StoreError.NoSuchFile => new(StatusCode.NotFound, StatusCodes.Status404NotFound, e.Message),
        StoreError.Sql => new(StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, e.Message),
        StoreError.OutOfMemory or StoreError.RowLimit or StoreError.ResultSize =>
            new(StatusCode.ResourceExhausted, StatusCodes.Status422UnprocessableEntity, e.Message),
        StoreError.TimeLimit => new(StatusCode.DeadlineExceeded, StatusCodes.Status504GatewayTimeout, e.Message),
        StoreError.NewerVersion =>
            new(StatusCode.FailedPrecondition, StatusCodes.Status409Conflict, e.Message),
        StoreError.Busy => new(StatusCode.Aborted, StatusCodes.Status503ServiceUnavailable, e.Message),
        StoreError.NotASnapshotFile or StoreError.Damaged =>
            new(StatusCode.DataLoss, StatusCodes.Status500InternalServerError, e.Message),
        _ => new(StatusCode.Internal, StatusCodes.Status500InternalServerError, e.Message),
    };

    private static Failure Of(CaptureException e) => e.Error switch
    {
        CaptureError.NoSuchSnapshot or CaptureError.NoSuchAgent =>
            new(StatusCode.NotFound, StatusCodes.Status404NotFound, e.Message),
        CaptureError.TooMany =>
            new(StatusCode.ResourceExhausted, StatusCodes.Status429TooManyRequests, e.Message),
        CaptureError.TooOld => new(StatusCode.FailedPrecondition, StatusCodes.Status409Conflict, e.Message),
        _ => new(StatusCode.FailedPrecondition, StatusCodes.Status502BadGateway, e.Message),
    };

    private static Failure Of(CatalogException e) => e.Error switch
    {
        CatalogError.NotFound => new(StatusCode.NotFound, StatusCodes.Status404NotFound, e.Message),
        CatalogError.Conflict => new(StatusCode.AlreadyExists, StatusCodes.Status409Conflict, e.Message),
        CatalogError.Invalid => new(StatusCode.InvalidArgument, StatusCodes.Status400BadRequest, e.Message),
        _ => new(StatusCode.Internal, StatusCodes.Status500InternalServerError, e.Message),
    };
}
